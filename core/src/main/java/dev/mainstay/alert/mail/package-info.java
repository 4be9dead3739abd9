/// Notifications by e-mail. Alone in a package, because only this part needs a library: angus-mail, an optional
/// dependency, which an embedder who wants e-mail adds.
///
/// Main type: [dev.mainstay.alert.mail.EmailNotifier].
@NullMarked
package dev.mainstay.alert.mail;

import org.jspecify.annotations.NullMarked;
