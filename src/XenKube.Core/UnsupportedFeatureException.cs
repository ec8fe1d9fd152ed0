namespace XenKube;

/// <summary>The data is sound, but asks for something that XenKube does not do; the feature is named.</summary>
public sealed class UnsupportedFeatureException : XenKubeException, IErrorOfKind
{
    /// <inheritdoc/>
    public static ErrorKind KindOfAll => ErrorKind.NotImplemented;

    /// <summary>Creates the error.</summary>
    /// <param name="file">The file, or null where the caller adds it.</param>
    /// <param name="place">The structure that asks for the feature.</param>
    /// <param name="feature">The feature by the name its documentation gives it.</param>
    /// <param name="remedy">What to do instead.</param>
    /// <param name="reason">The fault, where it says more than that the feature is not supported.</param>
    public UnsupportedFeatureException(string? file, string? place, string feature, Remedy? remedy = null, string? reason = null)
        : base(ErrorIds.UnsupportedFeature, file, place, reason ?? $"feature '{feature}' is not supported", remedy) => Feature = feature;

    /// <summary>The feature's name.</summary>
    public string Feature { get; }
}
