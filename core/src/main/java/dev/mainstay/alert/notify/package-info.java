/// The notifiers that come with Mainstay, but for e-mail, which needs a library.
///
/// Each is a [dev.mainstay.alert.NotifierKind] for `mainstay.yml` and a class for those who embed. What goes over HTTP
/// goes through [dev.mainstay.alert.notify.HttpPost]: bounded in time and size, no redirects, and never to an address
/// that [dev.mainstay.alert.notify.Destinations] refuses.
@NullMarked
package dev.mainstay.alert.notify;

import org.jspecify.annotations.NullMarked;
