"""The version of this source tree: of the distribution, the images and the chart."""

VERSION = "0.1.0"
