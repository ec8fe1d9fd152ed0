namespace XenKube.Hosting;

/// <summary>systemctl.</summary>
internal static class ServiceControl
{
    private static readonly string[] UnitFolders = ["/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system"];

    public static void Run(IReadOnlyList<string> arguments, string unit, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var result = ExternalProgram.Run("systemctl", arguments, timeout, cancellationToken: cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new OperationFailedException("ServiceNotReloaded", unit, null, $"'systemctl {string.Join(' ', arguments)}' failed: {result.Said}", $"See 'systemctl status {unit}' and 'journalctl -u {unit}'");
        }
    }

    /// <summary>The first of several units that the host knows; null for none.</summary>
    public static string? FindUnit(params IEnumerable<string> units)
    {
        foreach (var unit in units)
        {
            if (UnitFolders.Any(folder => File.Exists(Path.Combine(folder, unit))))
            {
                return unit;
            }
        }
        return null;
    }
}
