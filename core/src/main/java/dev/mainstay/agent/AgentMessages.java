package dev.mainstay.agent;

import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.MessageHandler;
import dev.mainstay.message.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The messages one agent listens to: only while it may tick, and no longer than its instance lives. What is sent
/// meanwhile waits in the group. Thread-safe.
final class AgentMessages {
    private final MessageBus bus;
    private final List<Map.Entry<ConsumerGroup, MessageHandler>> wanted = new ArrayList<>();
    private final List<Subscription> listening = new ArrayList<>();
    private boolean isOpen;

    AgentMessages(MessageBus bus) {
        this.bus = bus;
    }

    /// Where this agent publishes.
    MessageBus bus() {
        return bus;
    }

    /// The group is there at once, so that nothing sent from now on is missed.
    synchronized void add(ConsumerGroup group, MessageHandler handler) {
        bus.declare(group);
        wanted.add(Map.entry(group, handler));
        if (isOpen) {
            listening.add(bus.consume(group, handler));
        }
    }

    synchronized void open() {
        if (!isOpen) {
            isOpen = true;
            wanted.forEach(each -> listening.add(bus.consume(each.getKey(), each.getValue())));
        }
    }

    /// Takes no more; what runs goes on.
    synchronized void hold() {
        isOpen = false;
        listening.forEach(subscription -> subscription.close(Duration.ZERO));
        listening.clear();
    }

    /// The instance is done with: what runs gets `bound` to end.
    void close(Duration bound) {
        List<Subscription> all;
        synchronized (this) {
            isOpen = false;
            all = List.copyOf(listening);
            listening.clear();
            wanted.clear();
        }
        all.forEach(subscription -> subscription.close(bound));
    }
}
