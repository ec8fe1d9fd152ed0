namespace XenKube.Hosting.Time;

/// <summary>What a time service does for a network.</summary>
/// <param name="IsOpen">True when it answers the network's guests.</param>
/// <param name="Broadcasts">True when it sends the time by itself.</param>
/// <param name="Obstacle">A line that keeps it from answering, whatever else is said; null for none.</param>
internal sealed record TimeAnswer(bool IsOpen, bool Broadcasts, TimeDirective? Obstacle);
