"""What is kept where: sessions in Redis, hashes in Secrets, a picture of the cluster in memory."""
