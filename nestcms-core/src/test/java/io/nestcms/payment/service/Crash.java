package io.nestcms.payment.service;

/** The process dies here: nothing catches it but the world, which starts a new process on the same store. */
final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
        super("the process died", null, false, false);
    }
}
