"""What each Action makes of the pictures sent, one file an Action: numpy and Pillow only, no HTTP and no JSON.

`processing` holds the image processing they share, one file a subject.
"""
