// Runs before the first paint, so that a chosen theme never flashes. The rest is src/lib/theme.
(() => {
	const theme = localStorage.getItem('cratebase.theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
