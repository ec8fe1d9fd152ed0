namespace XenKube.Ignition.Generation2;

/// <summary>A drop-in of a unit.</summary>
internal sealed record Ign2Dropin(string Name, string Contents);
