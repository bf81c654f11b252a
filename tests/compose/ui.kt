// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/Modifier

package androidx.compose.ui

interface Modifier {
    companion object : Modifier
}
