// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/unit/package-summary

package androidx.compose.ui.unit

class Dp internal constructor()

val Int.dp: Dp get() = TODO()
val Double.dp: Dp get() = TODO()
val Float.dp: Dp get() = TODO()

class TextUnit internal constructor() {
    operator fun unaryMinus(): TextUnit = TODO()

    companion object {
        val Unspecified: TextUnit get() = TODO()
    }
}

val Int.sp: TextUnit get() = TODO()
val Double.sp: TextUnit get() = TODO()
val Float.sp: TextUnit get() = TODO()
