package dev.mainstay.bench.faults;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.bench.faults.SwitchBoard.Fault;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.TaskContext;
import dev.mainstay.task.TaskType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/// An agent that does a little of everything well until the board says otherwise; then it really
/// misbehaves, and goes on until what it suffers from is really gone. Used by one tick at a time,
/// beside its tasks.
final class FaultyAgent implements Agent {
    private static final int LEAKED = 1 << 18;
    /// Seconds in which the value it measures goes up and down.
    static final double SEASON = 60;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration SLOW_TASK = Duration.ofSeconds(2);
    private static final int TASKS_AT_ONCE = 4;

    private final UUID instance = UUID.randomUUID();
    private final SwitchBoard board;
    private final int exchange;
    private final SplittableRandom random = new SplittableRandom();
    private final List<byte[]> kept = new ArrayList<>();
    private @Nullable Socket line;
    private double drifted;
    private long marked;
    private volatile boolean closed;

    FaultyAgent(SwitchBoard board, int exchange) {
        this.board = board;
        this.exchange = exchange;
    }

    @Override
    public void start(AgentContext context) throws IOException {
        connect();
        String agent = context.agent().id();
        context.worker(
                TaskType.of(FaultOrder.queue(agent), Map.class).concurrency(TASKS_AT_ONCE),
                (piece, attempt) -> work(agent, piece, attempt));
    }

    private void connect() throws IOException {
        line = new Socket(InetAddress.getLoopbackAddress(), exchange);
    }

    @Override
    public void reconnect(AgentContext context) throws IOException {
        hangUp();
        connect();
    }

    private void hangUp() throws IOException {
        if (line != null) {
            line.close();
        }
    }

    /// Poison fails in its first life; every task is slow while the queue is full.
    private Outcome work(String agent, Map<?, ?> piece, TaskContext attempt) {
        Fault fault = board.of(agent);
        if (fault != null && fault.kind() == FaultKind.FULL_QUEUE) {
            Threads.pause(SLOW_TASK);
        }
        return piece.containsKey("poison") && attempt.attempt() == 1
                ? Outcome.discarded("this piece cannot be read")
                : Outcome.completed(Map.of("done", true));
    }

    @Override
    public WorkResult tick(AgentContext context) throws Exception {
        Fault fault = board.of(context.agent().id());
        FaultKind kind = fault != null && board.begin(fault, instance) ? fault.kind() : null;
        if (fault != null && (fault.kind() == FaultKind.CRASH || fault.kind() == FaultKind.HANG)) {
            suffer(context, fault, kind != null);
        }
        if (fault != null && kind != null && isOfInstance(kind)) {
            board.bad(fault);
        }
        report(context, kind);
        if (kind == FaultKind.LOST_CONNECTION) {
            return exchange(fault);
        }
        if (kind == FaultKind.SLOW) {
            Threads.pause(context.spec().deadline().multipliedBy(6).dividedBy(10));
        }
        return kind == FaultKind.ERROR_BURST ? WorkResult.failed("the parser is confused") : exchange(null);
    }

    private static boolean isOfInstance(FaultKind kind) {
        return kind == FaultKind.SLOW || kind == FaultKind.ERROR_BURST || kind == FaultKind.LEAK;
    }

    /// What lies in the state outlives the instance.
    private void suffer(AgentContext context, Fault fault, boolean isFirst) throws SQLException {
        String key = "agents/" + context.agent().id() + "/" + fault.kind().word();
        if (isFirst && marked != fault.number()) {
            marked = fault.number();
            context.state().put(key, StringNode.valueOf("garbage"));
        }
        if (context.state().get(key).isEmpty()) {
            return;
        }
        board.bad(fault);
        if (fault.kind() == FaultKind.CRASH) {
            throw new IllegalStateException("the cursor is unreadable: garbage");
        }
        while (!closed) {
            Threads.pause(LOOK);
            // An interrupt would end the pauses at once from here on.
            Thread.interrupted();
        }
    }

    private void report(AgentContext context, @Nullable FaultKind kind) {
        if (kind == FaultKind.LEAK) {
            kept.add(new byte[LEAKED]);
        }
        drifted = kind == FaultKind.DRIFT ? drifted + 3 : 0;
        double season = 100 + 20 * Math.sin(context.clock().millis() / 1e3 / SEASON * 2 * Math.PI);
        double spent = kind == FaultKind.COST_SPIKE ? 20 : 1;
        context.metric("memory.used", 1e6 + 1e4 * noise() + (double) kept.size() * LEAKED, "bytes");
        context.metric(FaultKind.FLAT_LINE.metric(), kind == FaultKind.FLAT_LINE ? 100 : season + 2 * noise(), "");
        context.metric(FaultKind.DRIFT.metric(), season + 2 * noise() + drifted, "");
        context.metric(FaultKind.COST_SPIKE.metric(), spent * (1 + 0.1 * noise()), "USD");
    }

    private double noise() {
        return random.nextDouble(-1, 1);
    }

    /// A byte there and back.
    private WorkResult exchange(@Nullable Fault lost) throws SQLException {
        Socket open = line;
        if (open == null) {
            return WorkResult.failed("not connected");
        }
        try {
            if (lost != null && marked != lost.number()) {
                marked = lost.number();
                open.getOutputStream().write(Exchange.HANG_UP);
            }
            open.getOutputStream().write('.');
            if (open.getInputStream().read() < 0) {
                throw new IOException("connection closed by the other end: end of file");
            }
            return WorkResult.processed(1);
        } catch (IOException e) {
            if (lost != null) {
                board.bad(lost);
            }
            return WorkResult.failed(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        hangUp();
    }
}
