namespace XenKube.Hosting;

/// <summary>systemctl.</summary>
internal static class ServiceControl
{
    public static void Run(HostPrograms programs, IReadOnlyList<string> arguments, string unit, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        // systemd.unit(5); a leading '-' would be an option.
        if (unit.Length is 0 or > 255 || unit[0] is '-' or '.'
            || unit.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not (':' or '-' or '_' or '.' or '\\' or '@')))
        {
            throw new InvalidInputException(ErrorIds.UnitNameInvalid, null, null, $"'{Printable.Of(unit)}' is not the name of a unit",
                $"Give one like {GuideDefaults.DnsmasqUnit(GuideDefaults.Bridge)}");
        }
        var look = $"See 'systemctl status {unit}' and 'journalctl -u {unit}'";
        var result = programs.Run(
            "systemctl", arguments, timeout,
            $"Without systemd use {RemedyActionKind.NoActivateOption}, which only writes the files, and tell {unit} yourself",
            $"{look}; what was there before is back", cancellationToken: cancellationToken);
        if (result.ExitCode != 0)
        {
            // systemctl(1): 5, the unit is not loaded.
            throw new OperationFailedException(ErrorIds.ServiceNotReloaded, unit, null,
                $"'systemctl {string.Join(' ', arguments)}' failed: {result.Said}",
                result.ExitCode == 5 ? NoUnit(unit) : look);
        }
    }

    private static Remedy NoUnit(string unit) =>
        $"There is no {unit} here: install its package, or use {RemedyActionKind.NoActivateOption}, which only writes the files";
}
