"""Where assets come from: today Figma."""
