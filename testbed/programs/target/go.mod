module meshscrape.dev/testbed/target

go 1.26.0
