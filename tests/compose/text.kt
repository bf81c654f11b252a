// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/text/TextStyle

package androidx.compose.ui.text

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.unit.TextUnit

class TextStyle(
    color: Color = Color.Unspecified,
    fontSize: TextUnit = TextUnit.Unspecified,
    fontFamily: FontFamily? = null,
    letterSpacing: TextUnit = TextUnit.Unspecified,
    background: Color = Color.Unspecified,
    lineHeight: TextUnit = TextUnit.Unspecified,
)
