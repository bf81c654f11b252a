// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/material/package-summary

package androidx.compose.material

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.painter.Painter
import androidx.compose.ui.graphics.vector.ImageVector

val LocalContentAlpha: Any get() = TODO()
val LocalContentColor: Any get() = TODO()

@Composable
fun Icon(
    imageVector: ImageVector,
    contentDescription: String?,
    modifier: Modifier = Modifier,
    tint: Color = Color.Unspecified,
): Unit = TODO()

@Composable
fun Icon(
    painter: Painter,
    contentDescription: String?,
    modifier: Modifier = Modifier,
    tint: Color = Color.Unspecified,
): Unit = TODO()
