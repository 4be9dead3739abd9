package dev.mainstay.bench.gate;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The calls of the JDK that belong into `dev.mainstay.concurrent` alone.
///
/// Thread-safe: it has no state.
final class Forbidden {

    private static final Set<String> STARTERS =
            Set.of("ofVirtual", "ofPlatform", "startVirtualThread", "start", "<init>");

    private Forbidden() {}

    static boolean isSleep(CodeUnitAccessTarget target) {
        return is(target, Set.of("sleep"), Thread.class, TimeUnit.class)
                || is(target, Set.of("parkNanos", "parkUntil"), LockSupport.class);
    }

    static boolean isClockRead(CodeUnitAccessTarget target) {
        return isNowOfJavaTime(target)
                || is(target, Set.of("system", "systemUTC", "systemDefaultZone"), Clock.class, InstantSource.class)
                || is(target, Set.of("tickMillis", "tickSeconds", "tickMinutes"), Clock.class)
                || is(target, Set.of("currentTimeMillis"), System.class);
    }

    static boolean isThreadStart(CodeUnitAccessTarget target) {
        return is(target, STARTERS, Thread.class)
                || is(target, Set.of("runAsync", "supplyAsync"), CompletableFuture.class)
                || isOf(target, Executors.class, Timer.class, ThreadPoolExecutor.class, ForkJoinPool.class);
    }

    private static boolean isNowOfJavaTime(CodeUnitAccessTarget target) {
        return target.getOwner().getPackageName().equals("java.time")
                && target.getName().equals("now");
    }

    private static boolean is(CodeUnitAccessTarget target, Set<String> names, Class<?>... owners) {
        return names.contains(target.getName()) && isOf(target, owners);
    }

    private static boolean isOf(CodeUnitAccessTarget target, Class<?>... owners) {
        for (var owner : owners) {
            if (target.getOwner().isAssignableTo(owner)) {
                return true;
            }
        }
        return false;
    }
}
