"""StanceLens: topic, stance and summary of news articles, sentence by sentence."""
