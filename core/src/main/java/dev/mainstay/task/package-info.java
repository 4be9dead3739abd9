/// Durable tasks: enqueued in the caller's transaction, claimed in batches under a lease, completed fenced.
///
/// ```
///            enqueue                     claim                      complete
///   (blocked) ──► (delayed) ──► ready ───────────► running ──────────────────► completed
///       ▲             ▲           ▲                   │ failed, snoozed             │
///       │             └───────────┼───────────────────┤                             │
///       │                         └───────────────────┤ crashed, released           │
///       │                                             ├──► dead   (retries used up, third crash, discarded)
///       └── needs, ordering key                       ├──► cancelled
///                                                     └──► expired (before it started)
/// ```
///
/// The main type is [dev.mainstay.task.TaskQueue]; [dev.mainstay.task.TaskHost] works on tasks on a node.
@NullMarked
package dev.mainstay.task;

import org.jspecify.annotations.NullMarked;
