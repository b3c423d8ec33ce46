"""浙江拍: how a price is found (by negotiation, at a listed price, by auction), and how both sides then sign."""
