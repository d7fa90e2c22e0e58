package io.kindling.dispatch.http;

/**
 * As whom a request comes.
 *
 * @param tenant whose queries it may make and see
 * @param operator whether it may look after all tenants
 */
record Access(String tenant, boolean operator) {
  boolean maySee(String otherTenant) {
    return operator || tenant.equals(otherTenant);
  }
}
