#!/bin/sh
# The films in the order in which a person will like them, with redis-cli: rank_films.sh URI PERSON
set -eu
ask() { redis-cli -u "$uri" --raw "$@"; }

uri=$1
profile=$(ask HGET kindling:movies:profiles "$2")
[ -n "$profile" ] || { echo "Cannot find person $2" >&2; exit 1; }
means=$(ask LRANGE kindling:movies:ratings 0 -1 | tr '\n' ' ')
ask HKEYS kindling:movies:titles | while read -r film; do
  printf 'title %s\n' "$(ask HGET kindling:movies:titles "$film")"
  ask FCALL_RO kindling_explain 1 "kindling:model:{movies-$film}" "$profile"
done | awk -v means="$means" '
  BEGIN { classes = split(means, mean, " ") }
  sub(/^title /, "") { title = $0; next }
  $0 == "probability" { class = 1; score = 0; next }
  class > 0 { score += $0 * mean[class++]; if (class > classes) { printf "%.15f\t%.3f  %s\n", score, score, title; class = 0 } }
' | LC_ALL=C sort -rn | cut -f2-
