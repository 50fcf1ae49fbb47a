package io.nestcms.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loopback proxy that makes a good connection bad: slow, swallowed, cut in the middle, refused. It knows nothing of the
 * protocol, so it stands in front of any TCP server.
 *
 * <p>Faults apply to open and to new connections from the moment they are set. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class TcpProxy implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TcpProxy.class);
    private static final int BUFFER = 16 << 10;
    private static final int CONNECT_MILLIS = 2_000;

    /** Which way bytes go. */
    public enum Direction {
        /** From the client to the server. */
        REQUEST,
        /** From the server to the client. */
        REPLY
    }

    private final InetSocketAddress target;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "tcp-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final Faults request = new Faults();
    private final Faults reply = new Faults();
    private final int port;
    private volatile boolean refusing;
    private volatile @Nullable ServerSocket listener;

    /** The faults of one direction. */
    private static final class Faults {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final AtomicLong passed = new AtomicLong();
        private volatile long delayNanos;
        private volatile boolean swallowing;
        private long left = Long.MAX_VALUE;

        void set(Runnable change) {
            lock.lock();
            try {
                change.run();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Waits as long as bytes are delayed; setting the delay anew ends the wait. */
        void delay() throws InterruptedException {
            lock.lock();
            try {
                long wanted = delayNanos;
                long remaining = wanted;
                while (remaining > 0 && delayNanos == wanted) {
                    remaining = changed.awaitNanos(remaining);
                }
            } finally {
                lock.unlock();
            }
        }

        /** How many of these bytes may pass before the cut. */
        int take(int count) {
            lock.lock();
            try {
                int pass = (int) Math.min(left, count);
                if (left != Long.MAX_VALUE) {
                    left -= pass;
                }
                return pass;
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Listens on any free port of 127.0.0.1.
     *
     * @param targetPort where connections lead to, on 127.0.0.1
     * @throws IOException if no port can be opened
     */
    public TcpProxy(int targetPort) throws IOException {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
        port = listen(0);
    }

    /** The port clients connect to. */
    public int port() {
        return port;
    }

    /** How many connections it has accepted so far. */
    public long connections() {
        return accepted.get();
    }

    /** How many bytes have passed in a direction so far. */
    public long passed(Direction direction) {
        return faults(direction).passed.get();
    }

    private Faults faults(Direction direction) {
        return direction == Direction.REQUEST ? request : reply;
    }

    /** Holds every piece back for this long; zero ends it. The order of bytes stays. */
    public TcpProxy delay(Direction direction, Duration by) {
        Faults faults = faults(direction);
        faults.set(() -> faults.delayNanos = by.toNanos());
        return this;
    }

    /** Takes bytes and passes none on, as a network that loses them; connections stay open. */
    public TcpProxy swallow(Direction direction, boolean on) {
        faults(direction).swallowing = on;
        return this;
    }

    /** Swallows both directions, or ends it. What was swallowed is gone: connections used meanwhile are best dropped. */
    public TcpProxy blackHole(boolean on) {
        return swallow(Direction.REQUEST, on).swallow(Direction.REPLY, on);
    }

    /**
     * Resets the connection that carries the next byte after this many more in the direction, over all connections; then
     * all is as before.
     *
     * @throws IllegalArgumentException if bytes is negative
     */
    public TcpProxy cutAfter(Direction direction, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes " + bytes + " is negative");
        }
        Faults faults = faults(direction);
        faults.set(() -> faults.left = bytes);
        return this;
    }

    /** Resets connections as soon as they are made, or ends it. */
    public TcpProxy refuse(boolean on) {
        refusing = on;
        return this;
    }

    /** Resets all open connections. */
    public void reset() {
        open.forEach(TcpProxy::reset);
    }

    /** Stops listening and resets all connections: as a machine that is down. */
    public void down() throws IOException {
        ServerSocket socket = listener;
        if (socket != null) {
            socket.close();
        }
        reset();
    }

    /** Listens again on the same port. */
    public void up() throws IOException {
        ServerSocket socket = listener;
        if (socket == null || socket.isClosed()) {
            listen(port);
        }
    }

    private int listen(int wanted) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 128);
        listener = socket;
        threads.execute(() -> accept(socket));
        return socket.getLocalPort();
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                accepted.incrementAndGet();
                if (refusing) {
                    reset(client);
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                log.debug("no longer accepting: {}", e.toString());
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        open.add(client);
        open.add(server);
        try {
            server.connect(target, CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            threads.execute(() -> pump(client, server, request));
            threads.execute(() -> pump(server, client, reply));
        } catch (IOException e) {
            log.debug("target {} cannot be reached: {}", target, e.toString());
            end(client, server);
        }
    }

    private void pump(Socket from, Socket to, Faults faults) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                faults.delay();
                if (faults.swallowing) {
                    continue;
                }
                int pass = faults.take(count);
                // before they go: who has received bytes finds them counted
                faults.passed.addAndGet(pass);
                out.write(buffer, 0, pass);
                out.flush();
                if (pass < count) {
                    faults.set(() -> faults.left = Long.MAX_VALUE);
                    return;
                }
            }
        } catch (IOException e) {
            log.trace("connection ends: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from, to);
        }
    }

    private void end(Socket one, Socket other) {
        reset(one);
        reset(other);
        open.remove(one);
        open.remove(other);
    }

    /** With a reset, not an orderly end: the peer must not take a cut reply for a whole one. */
    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            log.trace("socket was closed before: {}", e.toString());
        }
    }

    /** Stops listening, resets all connections and ends its threads. */
    @Override
    public void close() throws IOException {
        down();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                log.warn("some connections of the proxy on port {} did not end", port);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
