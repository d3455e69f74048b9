"""The signature charts; the only place that imports pyqtgraph. Charts take typed rows and never read the store."""
