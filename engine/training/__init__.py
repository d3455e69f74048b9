"""Fine-tuning: one visible loop, the methods it trains, its checkpoints, and the job that puts them together."""
