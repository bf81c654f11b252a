// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/geometry/Offset

package androidx.compose.ui.geometry

class Offset internal constructor()

fun Offset(x: Float, y: Float): Offset = TODO()
