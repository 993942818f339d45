"""What happens by itself: functions of a session and a moment."""
