/// The files of the dashboard: the page at `/`, its modules, and the libraries they import, straight
/// from their WebJars.
///
/// [dev.mainstay.server.web.WebAssets] is the main type. Nothing is bundled and nothing is fetched from elsewhere: an
/// import map in the page names each library, and its hash is the one exception the content security policy makes. All
/// figures the dashboard shows come through the public API; there is no other way in.
@NullMarked
package dev.mainstay.server.web;

import org.jspecify.annotations.NullMarked;
