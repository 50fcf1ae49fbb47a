package io.nestcms.redis.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The way from one node to a server on this machine: open, cut (connections break and are refused), or hanging. */
public final class Cable implements AutoCloseable {
    private final ServerSocket door;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile CountDownLatch flows = new CountDownLatch(0);

    /** An open way to a port. */
    public Cable(int target) {
        this.target = target;
        try {
            this.door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        run(this::accept);
    }

    /** Where a client connects to. */
    public int port() {
        return door.getLocalPort();
    }

    /** Breaks every connection, and each new one at once. */
    public void cut() {
        cut = true;
        sockets.forEach(Cable::close);
        sockets.clear();
    }

    /** Takes everything and passes nothing on. */
    public void hang() {
        flows = new CountDownLatch(1);
    }

    /** Open again. */
    public void mend() {
        cut = false;
        flows.countDown();
    }

    @Override
    public void close() {
        mend();
        cut();
        try {
            door.close();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket near = door.accept();
                if (cut) {
                    close(near);
                    continue;
                }
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(near);
                sockets.add(far);
                run(() -> pump(near, far));
                run(() -> pump(far, near));
            } catch (IOException refused) {
                // the client sees it
            }
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                flows.await();
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException broken) {
            // both ends are closed now
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // closed already
        }
    }

    private static void run(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }
}
