"""Which subgraphs there are: records, versions, who may change them, and whom a change would break."""
