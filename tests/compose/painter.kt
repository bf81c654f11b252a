// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/graphics/painter/Painter

package androidx.compose.ui.graphics.painter

abstract class Painter
