/// Threads, timers and clocks: the only package that starts a thread, waits for time or reads a clock.
///
/// A background activity is a [Loop][dev.mainstay.concurrent.Loop] (a thread of its own, woken by a signal);
/// anything periodic in large numbers is a timer of the [TimerWheel][dev.mainstay.concurrent.TimerWheel].
/// Both read time through [MonotonicClock][dev.mainstay.concurrent.MonotonicClock], so tests can move it.
@NullMarked
package dev.mainstay.concurrent;

import org.jspecify.annotations.NullMarked;
