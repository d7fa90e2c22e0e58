#!/usr/bin/env python3
"""The films in the order in which a person will like them: rank_films.py URI PERSON."""
import sys
import redis

r = redis.Redis.from_url(sys.argv[1], decode_responses=True)
profile = r.hget("kindling:movies:profiles", sys.argv[2]) or sys.exit("Cannot find person " + sys.argv[2])
means = [float(mean) for mean in r.lrange("kindling:movies:ratings", 0, -1)]
scores = {}
for film, title in r.hgetall("kindling:movies:titles").items():
    reply = r.execute_command("FCALL_RO", "kindling_explain", 1, "kindling:model:{movies-%s}" % film, profile)
    answer = dict(zip(reply[::2], reply[1::2]))
    scores[title] = sum(float(p) * mean for p, mean in zip(answer["probability"], means))
for title, score in sorted(scores.items(), key=lambda film: -film[1]):
    print("%.3f  %s" % (score, title))
