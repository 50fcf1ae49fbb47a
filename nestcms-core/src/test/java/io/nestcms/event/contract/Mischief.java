package io.nestcms.event.contract;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** What other people's code throws. */
public final class Mischief {
    private Mischief() {}

    /** One of every kind; new ones each time. */
    public static List<Throwable> all() {
        return List.of(
                new IllegalStateException("broken"),
                new IOException("checked"),
                new RejectedExecutionException("full"),
                new OutOfMemoryError("unable to create native thread: possibly out of memory"),
                new StackOverflowError(),
                new NoClassDefFoundError("gone"),
                new AssertionError("wrong"),
                new InterruptedException("checked, and no interrupt"),
                new Throwable("bare"),
                new Unspeakable(),
                circular(),
                new Endless(),
                new Muddled());
    }

    /** Throws anything, as other languages of the JVM do. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // which is the point
    public static <T extends Throwable> RuntimeException sneak(Throwable any) throws T {
        throw (T) any;
    }

    private static Throwable circular() {
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));
        return first;
    }

    /** Nothing about it can be asked. */
    public static final class Unspeakable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("no trace");
        }
    }

    /** Has a new cause behind every cause. */
    public static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    /** Equal to nothing, and its message is another failure's affair. */
    public static final class Muddled extends Error {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean equals(Object other) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int hashCode() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getLocalizedMessage() {
            throw new StackOverflowError();
        }
    }
}
