"""Import of workbooks: read, staged, shown, confirmed, applied. What a row means is the business of an `Importer`."""
