// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/text/font/package-summary

package androidx.compose.ui.text.font

interface Font

fun Font(resId: Int): Font = TODO()

sealed class FontFamily

fun FontFamily(vararg fonts: Font): FontFamily = TODO()
