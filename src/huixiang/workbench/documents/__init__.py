"""Files that people print, send and file: supervision orders as DOCX and PDF, lists as XLSX."""
