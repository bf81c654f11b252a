// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/tooling/preview/Preview

package androidx.compose.ui.tooling.preview

annotation class Preview(val showBackground: Boolean = false)
