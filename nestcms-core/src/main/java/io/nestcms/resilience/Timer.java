package io.nestcms.resilience;

/** Does something later. */
interface Timer {
    /**
     * Does something when a time is over.
     *
     * @param nanos how long to wait
     * @param what is quick, does not throw and is nobody else's code
     * @return takes the plan back
     */
    Runnable after(long nanos, Runnable what);

    /** Runs other people's code, on a thread that is not the timer's. */
    void handOver(Runnable task);
}
