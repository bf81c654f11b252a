// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/foundation/package-summary

package androidx.compose.foundation

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector

@Composable
fun isSystemInDarkTheme(): Boolean = TODO()

@Composable
fun Image(imageVector: ImageVector, contentDescription: String?, modifier: Modifier = Modifier): Unit = TODO()
