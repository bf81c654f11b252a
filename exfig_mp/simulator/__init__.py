"""The bundled Figma: API and CDN on loopback, for tests, the demo and benches."""
