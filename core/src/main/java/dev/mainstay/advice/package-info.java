/// What agents could be set to, computed from stored rows and checked later against what happened.
///
/// ```
/// open ──the setting is changed──▶ taken ──measured again──▶ confirmed | refuted
///  │ ▲                              ▲
///  │ └ ignored, by a person ────────┘
///  └─ its ground is gone for a day ──▶ obsolete
/// ```
///
/// Main type: [dev.mainstay.advice.AdviceRound]. Each kind of advice is an [dev.mainstay.advice.Adviser]: where it
/// finds its ground, which setting it is about, and what is measured before and after.
@NullMarked
package dev.mainstay.advice;

import org.jspecify.annotations.NullMarked;
