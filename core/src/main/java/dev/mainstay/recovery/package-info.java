/// Repairs what alerts tell of, and measures whether it helped.
///
/// Each firing alert about an agent or a queue whose rule has a [dev.mainstay.recovery.Playbook] opens
/// an episode, a row of `recoveries`. [dev.mainstay.recovery.RecoveryEngine] leads each on in a
/// transaction of its own:
///
/// ```
/// detected ──▶ (approval ──▶) acting ──▶ verifying ──▶ recovered
///    ▲                                       │
///    └──────── not healed, next action ──────┘     any ──▶ escalated: nothing is left to try, or no budget
/// ```
///
/// What is done next is [dev.mainstay.recovery.Deciding]'s to say, and [dev.mainstay.recovery.Holds]' that nothing
/// may be done now. An action is an ordinary task, so it is durable and fenced, and doing it twice is no harm; what
/// counts is not that it ended well but that the alert has ended and the rows written since are well
/// ([dev.mainstay.recovery.Verifying]). What did not help is undone before the next action.
@NullMarked
package dev.mainstay.recovery;

import org.jspecify.annotations.NullMarked;
