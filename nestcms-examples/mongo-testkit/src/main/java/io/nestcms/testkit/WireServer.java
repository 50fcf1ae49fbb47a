package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import de.bwaldvogel.mongo.wire.message.MessageHeader;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import de.bwaldvogel.mongo.wire.message.MongoReply;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wire protocol on a loopback port. Each connection's commands run in order on a pool of their own, never on the
 * thread that reads sockets: a long command holds up its own connection only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of closing, which cannot fail, and of writing, where the encoder closes
final class WireServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WireServer.class);
    private static final int OP_MSG = 2013;
    private static final int MORE_TO_COME = 1 << 1;
    private static final int EXHAUST_ALLOWED = 1 << 16;
    private static final int HEADER_WITH_FLAGS = 20;

    /** Answers commands, from any thread. */
    interface Commands {
        /** The reply, or null to close the connection without one. */
        @Nullable Document handle(String database, Document command);
    }

    private final Commands commands;
    private final EventLoopGroup sockets;
    private final ExecutorService workers;
    /** Anew at each {@link #listen}: once closed it also closes what comes late. */
    private volatile ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    private final AtomicInteger replyIds = new AtomicInteger();
    private @Nullable Channel listener;
    private int port;

    WireServer(String name, Commands commands) {
        this.commands = commands;
        this.sockets = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory(name + "-sockets", true), NioIoHandler.newFactory());
        this.workers = Executors.newCachedThreadPool(new DefaultThreadFactory(name + "-commands", true));
    }

    /** Listens on the port, any free one if 0, and returns it. */
    synchronized int listen(int wanted) throws IOException {
        clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), wanted);
        io.netty.channel.ChannelFuture bound = new ServerBootstrap()
                .group(sockets)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Set<Integer> unanswered = ConcurrentHashMap.newKeySet();
                        channel.pipeline()
                                .addLast(
                                        new MongoWireReplyEncoder(),
                                        new MongoWireMessageEncoder(),
                                        new Decoder(unanswered),
                                        new Connection(unanswered));
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on 127.0.0.1:" + wanted, bound.cause());
        }
        listener = bound.channel();
        port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        return port;
    }

    synchronized int port() {
        return port;
    }

    /** Refuses new connections and drops the open ones; {@link #listen} brings it back. */
    synchronized void unlisten() {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
            listener = null;
        }
        clients.close().awaitUninterruptibly();
    }

    void dropConnections() {
        clients.disconnect().awaitUninterruptibly();
    }

    @Override
    public void close() {
        unlisten();
        sockets.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        workers.shutdown();
        try {
            if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** The engine's decoder knows no flag but the checksum's; the others are read and cleared here. */
    private static final class Decoder extends MongoWireProtocolHandler {
        private final Set<Integer> unanswered;

        Decoder(Set<Integer> unanswered) {
            this.unanswered = unanswered;
        }

        @Override
        protected ClientRequest decode(ChannelHandlerContext ctx, ByteBuf in) throws Exception {
            int at = in.readerIndex();
            if (in.readableBytes() >= HEADER_WITH_FLAGS
                    && in.readableBytes() >= in.getIntLE(at)
                    && in.getIntLE(at + 12) == OP_MSG) {
                int flags = in.getIntLE(at + 16);
                if ((flags & MORE_TO_COME) != 0) {
                    unanswered.add(in.getIntLE(at + 4));
                }
                in.setIntLE(at + 16, flags & ~(MORE_TO_COME | EXHAUST_ALLOWED));
            }
            return super.decode(ctx, in);
        }
    }

    private final class Connection extends SimpleChannelInboundHandler<ClientRequest> {
        private final Set<Integer> unanswered;
        private final Deque<ClientRequest> waiting = new ArrayDeque<>();
        private boolean running;

        Connection(Set<Integer> unanswered) {
            this.unanswered = unanswered;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            clients.add(ctx.channel());
            super.channelActive(ctx);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ClientRequest request) {
            synchronized (waiting) {
                waiting.add(request);
                if (!running) {
                    running = true;
                    workers.execute(this::drain);
                }
            }
        }

        private void drain() {
            while (true) {
                ClientRequest next;
                synchronized (waiting) {
                    next = waiting.poll();
                    if (next == null) {
                        running = false;
                        return;
                    }
                }
                answer(next);
            }
        }

        private void answer(ClientRequest request) {
            Channel channel = request.getChannel();
            try {
                Document reply = commands.handle(request.getDatabaseName(), commandOf(request));
                if (reply == null) {
                    channel.close();
                } else if (!unanswered.remove(request.getHeader().getRequestID())) {
                    channel.writeAndFlush(encoded(request, reply));
                }
            } catch (RuntimeException e) {
                log.error("connection {} is closed: its command failed outside of the node", channel.id(), e);
                channel.close();
            }
        }

        private Document commandOf(ClientRequest request) {
            if (request instanceof MongoMessage message) {
                return message.getDocument();
            }
            Document query = ((MongoQuery) request).getQuery();
            return query.get("$query") instanceof Document wrapped ? wrapped : query;
        }

        private Object encoded(ClientRequest request, Document reply) {
            MessageHeader header = new MessageHeader(
                    replyIds.incrementAndGet(), request.getHeader().getRequestID());
            return request instanceof MongoMessage
                    ? new MongoMessage(request.getChannel(), header, reply)
                    : new MongoReply(header, List.of(reply), 0);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            log.warn("connection {} is closed: {}", ctx.channel().id(), cause.toString());
            ctx.close();
        }
    }
}
