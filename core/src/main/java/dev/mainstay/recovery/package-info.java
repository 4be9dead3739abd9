/// Repairs what alerts tell of, and measures whether it helped.
///
/// Each firing alert about an agent whose rule has a [dev.mainstay.recovery.Playbook] opens an episode, a row of
/// `recoveries`. [dev.mainstay.recovery.RecoveryEngine] leads it on:
///
/// ```
/// detected ──▶ (approval ──▶) acting ──▶ verifying ──▶ recovered
///    ▲                                       │
///    └──────── not healed, next action ──────┘     any ──▶ escalated: nothing is left to try, or no budget
/// ```
///
/// An action is an ordinary task, so it is durable, fenced and done once; what counts is not that it ended well but
/// that
/// the alert has ended, seen by measuring again.
@NullMarked
package dev.mainstay.recovery;

import org.jspecify.annotations.NullMarked;
