namespace XenKube.Ignition.Generation2;

/// <summary>How to make a user, the old way.</summary>
internal sealed class Ign2UserCreate : Ign2Account;
