/// What is worth a person's attention, and who is told of it.
///
/// A rule ([dev.mainstay.alert.AlertRule]) names a condition over stored rows. [dev.mainstay.alert.AlertEngine], led by
/// one node, looks once a second which conditions hold; each subject of which one does is an alert:
///
/// ```
/// pending ──held for as long as the rule asks──▶ firing ⇄ acknowledged
///    │ gone before                                 │          │
///    ▼                                             ▼          ▼
/// deleted                                       resolved ──again within ten minutes──▶ firing
/// ```
///
/// A firing alert that is neither silenced nor inhibited by another joins a notification of its group in the outbox,
/// in the same transaction; [dev.mainstay.alert.NotificationSender] delivers what is due, at least once.
@NullMarked
package dev.mainstay.alert;

import org.jspecify.annotations.NullMarked;
