/// Schedules: tasks that are enqueued when their time has come, by cron, at an interval, or once.
///
/// ```
///              create, resume                     its moment                 no moment left
///   (paused) ──────────────────► active (next_at) ──────────► fire ──┬──────────────────────► finished
///       ▲                          │      ▲                          │
///       └──────────────────────────┘      └──────────────────────────┘
///                 pause                        next_at moves on
/// ```
///
/// A fire is a row with a unique key of schedule and planned moment, written in the transaction that enqueues its task.
/// The main types are [dev.mainstay.schedule.Schedules], where they are made, read and commanded, and
/// [dev.mainstay.schedule.Scheduler], which fires them on one node for all.
@NullMarked
package dev.mainstay.schedule;

import org.jspecify.annotations.NullMarked;
