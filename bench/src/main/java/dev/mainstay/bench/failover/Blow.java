package dev.mainstay.bench.failover;

import dev.mainstay.testing.FaultProxy;

/// What befalls a node. Each is a value without state, so thread-safe.
enum Blow {
    KILL {
        @Override
        void strike(Member member) {
            member.process().close();
        }
    },
    FREEZE {
        @Override
        void strike(Member member) {
            member.process().freeze();
        }

        @Override
        void end(Member member) {
            member.process().thaw();
        }
    },
    /// Nothing gets through, and neither the node nor the database is told.
    BLACK_HOLE {
        @Override
        void strike(Member member) {
            member.proxy().blackHole();
        }
    },
    /// Both are told at once.
    RESET {
        @Override
        void strike(Member member) {
            member.proxy().reset();
        }
    },
    /// The database sees the node's connections end; the node sees nothing.
    HALF_CLOSE {
        @Override
        void strike(Member member) {
            member.proxy().halfClose(FaultProxy.Side.SERVER);
        }
    };

    abstract void strike(Member member);

    /// Ends it; whoever lives goes on.
    void end(Member member) {
        member.proxy().heal();
    }

    boolean isDeadly() {
        return this == KILL;
    }
}
