"""Binomial-normal models: events are binomial in each study, log odds vary normally between studies."""
